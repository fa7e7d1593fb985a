/// Rules with ids, each one class; they give findings and never throw. Uses `safe`.
@NullMarked
package dev.understudy.safe.lint;

import org.jspecify.annotations.NullMarked;
