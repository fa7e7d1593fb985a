/// What takes a module's service away: plans, how they travel, and who carries them out. Guard and
/// safed both use it. May use posix only.
@NullMarked
package dev.understudy.guard.fence;

import org.jspecify.annotations.NullMarked;
