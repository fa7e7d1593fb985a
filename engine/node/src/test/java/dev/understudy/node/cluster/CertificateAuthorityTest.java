package dev.understudy.node.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.HaException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What the authority writes, read by the JDK.
class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final NodeName NODE =
            new NodeName("00112233aabbccdd", ClusterConfig.Role.DATA, "node-1");

    private final CertificateAuthority authority =
            CertificateAuthority.create("00112233aabbccdd", "böse \"site\", no. 1", NOW);
    private final KeyPair pair = CertificateAuthority.newKeyPair();

    private X509Certificate certified() {
        return authority.certify(
                CertificateAuthority.request(pair, "node-1"),
                NODE,
                List.of("10.0.0.1", "2001:db8::1"),
                NOW);
    }

    @Test
    void theAuthorityMayCertifyNodesAndNothingElse() throws Exception {
        X509Certificate ca = authority.certificate();
        ca.verify(ca.getPublicKey());
        assertEquals(3, ca.getVersion());
        assertEquals(0, ca.getBasicConstraints());
        boolean[] usage = ca.getKeyUsage();
        for (int bit = 0; bit < usage.length; bit++) {
            assertEquals(bit == 5 || bit == 6, usage[bit], "bit " + bit);
        }
        assertEquals(Set.of("2.5.29.15", "2.5.29.19"), ca.getCriticalExtensionOIDs());
        assertEquals(
                "CN=\"böse \\\"site\\\", no. 1\", O=Understudy cluster 00112233aabbccdd",
                ca.getSubjectX500Principal().toString());
        assertEquals(Date.from(NOW.minus(CertificateAuthority.BACKDATED)), ca.getNotBefore());
    }

    @Test
    void aNodesCertificateSaysWhatTheMemberListSays() throws Exception {
        X509Certificate certificate = certified();
        assertEquals(pair.getPublic(), certificate.getPublicKey());
        assertEquals(-1, certificate.getBasicConstraints());
        assertTrue(certificate.getKeyUsage()[0]);
        assertEquals(
                List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"),
                certificate.getExtendedKeyUsage());
        List<String> names =
                certificate.getSubjectAlternativeNames().stream()
                        .map(name -> name.getFirst() + " " + name.getLast())
                        .toList();
        assertEquals(
                List.of("6 " + NODE.uri(), "2 node-1", "7 10.0.0.1", "7 2001:db8:0:0:0:0:0:1"),
                names);
        assertEquals(
                Date.from(NOW.plus(CertificateAuthority.NODE_VALIDITY)), certificate.getNotAfter());
        assertTrue(NodeName.of(certificate).isPresent());
        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509")
                                .generateCertPath(List.of(certificate)),
                        parameters);
    }

    /// Whatever is wrong with a request, it is refused, and no other key is certified.
    @Test
    void aDamagedRequestIsRefused() throws Exception {
        byte[] good = Pem.der("CERTIFICATE REQUEST", CertificateAuthority.request(pair, "n"), "");
        SplittableRandom random = new SplittableRandom(1);
        int refused = 0;
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << random.nextInt(8));
            refused += isRefused(bad) ? 1 : 0;
            refused += isRefused(java.util.Arrays.copyOf(good, at)) ? 1 : 0;
        }
        assertEquals(2 * good.length, refused);
        assertFalse(isRefused(good));
    }

    private boolean isRefused(byte[] request) {
        String pem =
                "-----BEGIN CERTIFICATE REQUEST-----\n"
                        + Base64.getMimeEncoder().encodeToString(request)
                        + "\n-----END CERTIFICATE REQUEST-----\n";
        try {
            authority.certify(pem, NODE, List.of(), NOW);
            return false;
        } catch (HaException e) {
            assertEquals("HA-4108", e.code());
            return true;
        }
    }

    @Test
    void numbersAndTimesAreWrittenAsTheStandardSays() throws IOException {
        assertEquals("06092a864886f70d01010b", hex(Der.oid("1.2.840.113549.1.1.11")));
        assertEquals("020200ff", hex(Der.integer(BigInteger.valueOf(255))));
        assertEquals(
                "170d3439313233313233353935395a",
                hex(Der.time(Instant.parse("2049-12-31T23:59:59Z"))));
        assertEquals(
                "180f32303530303130313030303030305a",
                hex(Der.time(Instant.parse("2050-01-01T00:00:00Z"))));
        assertEquals("0482012c", hex(Der.octets(new byte[300])).substring(0, 8));
        assertArrayEquals(new byte[300], Der.read(Der.octets(new byte[300])).content());
        assertThrows(IOException.class, () -> Der.read(HexFormat.of().parseHex("0484ffffffff00")));
        assertTrue(CertificateAuthority.NODE_VALIDITY.compareTo(Duration.ofDays(365)) > 0);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
