package dev.understudy.node.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.HaException;
import dev.understudy.node.cluster.ClusterConfig.Member;
import dev.understudy.node.cluster.ClusterConfig.Ports;
import dev.understudy.node.cluster.ClusterConfig.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterYamlTest {
    private static final String GOOD =
            """
            format: 1
            name: demo
            id: "0123456789abcdef"
            revision: 7
            networks:
              - name: default
              - name: backup
            nodes:
              - name: node1
                addresses: {default: 10.0.0.1, backup: "fd00::1"}
              - name: node2
                addresses: {default: 10.0.0.2}
                ports: {api: 19453}
            witness:
              name: judge
              addresses: {default: 10.0.0.3}
            """;

    @Test
    void readsWhatItWrites() {
        ClusterConfig read = ClusterYaml.read(GOOD, "cluster.yaml");
        assertEquals(7, read.revision());
        assertEquals(List.of("default", "backup"), read.networks());
        assertEquals(new Ports(19453, 9454, 9455), read.member("node2").orElseThrow().ports());
        assertEquals(Optional.of(Role.WITNESS), read.roleOf("judge"));
        assertEquals(Optional.of(Role.DATA), read.roleOf("node1"));
        assertEquals(Optional.empty(), read.roleOf("node9"));
        assertEquals(read, ClusterYaml.read(ClusterYaml.write(read), "again"));
    }

    @Test
    void namesEachMistakeWithItsPlace() {
        String bad =
                """
                format: 1
                name: demo
                netwroks: []
                networks: [{name: default}]
                nodes:
                  - name: no de
                    addresses: {default: 10.0.0.300, other: 10.0.0.1}
                  - name: node2
                    addresses: {default: 10.0.0.1}
                    ports: {api: 99999}
                """;
        String text =
                assertThrows(HaException.class, () -> ClusterYaml.read(bad, "c.yaml")).fault();
        assertTrue(
                text.contains(
                        "c.yaml:3:1: key 'netwroks' is not known here; did you mean 'networks'?"),
                text);
        assertTrue(text.contains("c.yaml:6:11: 'no de' is not a node name"), text);
        assertTrue(text.contains("c.yaml:7:26: '10.0.0.300' is not an IPv4 or IPv6 address"), text);
        assertTrue(text.contains("network other is not listed"), text);
        assertTrue(text.contains("address 10.0.0.1 is there twice"), text);
        assertTrue(text.contains("99999 is outside 1 to 65535"), text);
    }

    @Test
    void refusesBrokenYaml() {
        for (String bad :
                List.of("", "format: [", "- a", "format: 1\nformat: 1", "a: &x {}\nb: *x", "\0")) {
            assertThrows(HaException.class, () -> ClusterYaml.read(bad, "c.yaml"), bad);
        }
    }

    @Test
    void aNewMemberRaisesTheRevision() {
        ClusterConfig read = ClusterYaml.read(GOOD, "cluster.yaml");
        ClusterConfig more =
                read.with(
                        new Member("node3", Map.of("third", "10.0.3.1"), Ports.DEFAULT), Role.DATA);
        assertEquals(8, more.revision());
        assertEquals(List.of("default", "backup", "third"), more.networks());
        assertEquals(2, more.peersOf("node3").size());
        Member clash = new Member("node4", Map.of("default", "10.0.0.2"), Ports.DEFAULT);
        assertTrue(
                assertThrows(HaException.class, () -> read.with(clash, Role.DATA))
                        .fault()
                        .contains("already belongs to node node2"));
    }
}
