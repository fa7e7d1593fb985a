/// The pure part of the engine: values, the failover machine, the rules and the replication
/// protocol.
///
/// Nothing here knows a clock, a thread, a file, a socket or a logger; time comes in as a value.
/// The daemon, the simulator and the tools run the same classes.
module dev.understudy.core {
    requires static transitive org.jspecify;

    exports dev.understudy.core.member;
    exports dev.understudy.core.failover;
    exports dev.understudy.core.replay;
    exports dev.understudy.core.register;
    exports dev.understudy.core.rules;
    exports dev.understudy.core.rfs;
}
