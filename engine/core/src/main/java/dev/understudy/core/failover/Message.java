package dev.understudy.core.failover;

/// What travels between the failover machines of two nodes, as bytes by [MessageCodec].
public sealed interface Message permits Beat, Fenced {}
