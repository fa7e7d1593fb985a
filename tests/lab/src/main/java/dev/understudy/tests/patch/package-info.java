/// Makes test builds of shipped classes: one call is left out, everything else stays as compiled.
///
/// Uses the JDK's class-file API alone. The result lies in a folder that is put before the jars on
/// a class path.
@NullMarked
package dev.understudy.tests.patch;

import org.jspecify.annotations.NullMarked;
