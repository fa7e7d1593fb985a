package dev.understudy.node.check;

/// State of one resource at one moment.
///
/// @param id `<checker type>.<id>`: `tcp.web`, `script.query`, `service.db`, `process.vms`
/// @param health init, up or down
/// @param sinceNs since when, on the clock given to the checkers
/// @param detail why, for people; empty when up
public record ResourceState(String id, Health health, long sinceNs, String detail) {}
