/// Where a node keeps things: the folders of a home and small records that survive a power cut.
/// Uses java.base only.
@NullMarked
package dev.understudy.node.store;

import org.jspecify.annotations.NullMarked;
