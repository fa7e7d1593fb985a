/// Services and hooks of a module: supervises the script host processes, carries out what scripts
/// ask for, starts, stops and ends the application.
///
/// May use core, posix, safe-format and the protocol of the script host; knows no other room of the
/// node.
@NullMarked
package dev.understudy.node.script;

import org.jspecify.annotations.NullMarked;
