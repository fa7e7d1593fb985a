package dev.understudy.safe.sign;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/// A private key of type `ssh-ed25519`, as `ssh-keygen -t ed25519` writes it.
public final class SigningKey {
    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----";
    private static final byte[] MAGIC =
            "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII); // OpenSSH, PROTOCOL.key
    private static final int SEED_BYTES = 32;

    private final SshKey key;
    private final PrivateKey secret;

    private SigningKey(SshKey key, PrivateKey secret) {
        this.key = key;
        this.secret = secret;
    }

    /// Gives the public half.
    public SshKey key() {
        return key;
    }

    /// Makes a new key that is kept nowhere: for one signature, as in tests.
    public static SigningKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            // RFC 8410 4: the last 32 bytes are the point as RFC 8032 encodes it
            byte[] info = pair.getPublic().getEncoded();
            byte[] raw = Arrays.copyOfRange(info, info.length - SshKey.RAW_BYTES, info.length);
            return new SigningKey(new SshKey(raw), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is in every JDK since 15", e);
        }
    }

    /// Reads a key file without passphrase.
    ///
    /// @throws IOException with a text for people when it is another kind of key, encrypted or
    ///   damaged
    public static SigningKey parse(String text) throws IOException {
        String body = text.strip();
        if (!body.startsWith(BEGIN) || !body.endsWith(END)) {
            throw new IOException(
                    "not a private key of OpenSSH; make one: ssh-keygen -t ed25519 -f KEY");
        }
        try {
            String base64 = body.substring(BEGIN.length(), body.length() - END.length());
            ByteBuffer in =
                    ByteBuffer.wrap(Base64.getDecoder().decode(base64.replaceAll("\\s", "")));
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            String cipher = SshWire.text(in);
            SshWire.string(in); // function that makes the key of the passphrase
            SshWire.string(in); // and its options
            if (!Arrays.equals(magic, MAGIC) || in.getInt() != 1) {
                throw new IOException("a key file in a form that is not known");
            }
            if (!cipher.equals("none")) {
                throw new IOException(
                        "the key has a passphrase; sign with ssh-keygen -Y sign -n "
                                + SshSignature.NAMESPACE
                                + " -f KEY FILE instead, which asks for it");
            }
            SshWire.string(in); // public key, once more below
            return secret(ByteBuffer.wrap(SshWire.string(in)));
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new IOException("the key file is damaged", e);
        }
    }

    private static SigningKey secret(ByteBuffer in) throws IOException {
        int check = in.getInt();
        if (check != in.getInt()) {
            throw new IOException("the key file is damaged");
        }
        String type = SshWire.text(in);
        if (!type.equals(SshKey.TYPE)) {
            throw new IOException(
                    "the key is " + type + "; modules are signed with " + SshKey.TYPE);
        }
        SshKey key = new SshKey(SshWire.string(in));
        byte[] seed = Arrays.copyOf(SshWire.string(in), SEED_BYTES);
        try {
            PrivateKey secret =
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(
                                    new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
            return new SigningKey(key, secret);
        } catch (GeneralSecurityException e) {
            throw new IOException("the key file is damaged", e);
        }
    }

    /// Signs a module.
    public SshSignature sign(byte[] file) {
        return sign(file, SshSignature.NAMESPACE);
    }

    SshSignature sign(byte[] file, String namespace) {
        try {
            java.security.Signature signer = java.security.Signature.getInstance("Ed25519");
            signer.initSign(secret);
            signer.update(SshSignature.message(file, namespace, "sha512"));
            return new SshSignature(key, namespace, "sha512", signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is in every JDK since 15", e);
        }
    }
}
