/// The `.safe` archive as values: module, manifest, user configuration. Uses nothing of ours.
@NullMarked
package dev.understudy.safe;

import org.jspecify.annotations.NullMarked;
