/// Random faults against real daemons of the lab, one after another, with a ledger that knows what
/// was acknowledged.
@NullMarked
package dev.understudy.tests.chaos;

import org.jspecify.annotations.NullMarked;
