/// System calls by FFM: errno and the shared linker. Exports Java types only; uses java.base only.
@NullMarked
package dev.understudy.posix;

import org.jspecify.annotations.NullMarked;
