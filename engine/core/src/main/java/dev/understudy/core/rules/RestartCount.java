package dev.understudy.core.rules;

import java.util.ArrayList;
import java.util.List;

/// Remembers when an application was restarted because it failed.
///
/// @param momentsNs moments on the node's clock, oldest first
public record RestartCount(List<Long> momentsNs) {
    public RestartCount {
        momentsNs = List.copyOf(momentsNs);
    }

    /// Tells whether one more restart keeps within the limit.
    public boolean isAllowed(RestartLimit limit, long nowNs) {
        return recent(limit, nowNs).size() < limit.count();
    }

    /// Adds a restart and forgets those that are older than the limit's period.
    public RestartCount plus(RestartLimit limit, long nowNs) {
        List<Long> moments = new ArrayList<>(recent(limit, nowNs));
        moments.add(nowNs);
        return new RestartCount(moments);
    }

    private List<Long> recent(RestartLimit limit, long nowNs) {
        return momentsNs.stream().filter(at -> nowNs - at < limit.withinNs()).toList();
    }
}
