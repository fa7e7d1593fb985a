/// A small service to try a cluster with: keeps an append-only file and answers after each fsync.
///
/// Needs the JDK alone, so that a demonstration runs where no database can be had.
@NullMarked
package dev.understudy.ledger;

import org.jspecify.annotations.NullMarked;
