package dev.windlass.apiserver.internal.net;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * A certificate authority made for one server, the server's certificate from it, and those of its clients. ECDSA P-256, since making such keys takes no time.
 * They are written here, as RFC 5280 has them: a library for certificates takes longer to load than all of them to make.
 *
 * @param name
 *            of the server
 * @param authorityKey
 *            signs certificates
 * @param authority
 *            the CA's certificate
 * @param authorityPem
 *            the same, as clients want it
 * @param context
 *            shows the server's certificate
 */
public record Certificates(String name, PrivateKey authorityKey, X509Certificate authority, String authorityPem,
        SSLContext context) {
    private static final Duration VALID = Duration.ofDays(365);
    private static final Duration CLOCK_SKEW = Duration.ofHours(1);
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final byte[] SIGNATURE_ALGORITHM = Der.sequence(Der.identifier(1, 2, 840, 10045, 4, 3, 2));

    private static final byte[] COMMON_NAME = Der.identifier(2, 5, 4, 3);
    private static final byte[] ORGANISATION = Der.identifier(2, 5, 4, 10);

    private static final byte[] SUBJECT_KEY_IDENTIFIER = Der.identifier(2, 5, 29, 14);
    private static final byte[] KEY_USAGE = Der.identifier(2, 5, 29, 15);
    private static final byte[] SUBJECT_ALTERNATIVE_NAME = Der.identifier(2, 5, 29, 17);
    private static final byte[] BASIC_CONSTRAINTS = Der.identifier(2, 5, 29, 19);
    private static final byte[] AUTHORITY_KEY_IDENTIFIER = Der.identifier(2, 5, 29, 35);
    private static final byte[] EXTENDED_KEY_USAGE = Der.identifier(2, 5, 29, 37);
    private static final byte[] FOR_SERVERS = Der.identifier(1, 3, 6, 1, 5, 5, 7, 3, 1);
    private static final byte[] FOR_CLIENTS = Der.identifier(1, 3, 6, 1, 5, 5, 7, 3, 2);
    /** Digital signatures: the first bit. */
    private static final byte[] SIGNING = Der.bits(7, (byte) 0x80);
    /** Those, and the signing of certificates and of lists of revoked ones. */
    private static final byte[] SIGNING_CERTIFICATES = Der.bits(1, (byte) 0x86);
    private static final byte[] SERVER_NAMES = Der.sequence(Der.tagged(7, new byte[]{127, 0, 0, 1}),
            Der.tagged(7, new byte[]{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), dnsName("localhost"),
            dnsName("kubernetes.default.svc"));

    /** @param name of the server, for the common names */
    public static Certificates make(String name) {
        try {
            KeyPair keys = keys();
            byte[] subject = commonName(name + "-ca");
            byte[] content = content(subject, subject, keys.getPublic(), Instant.now(),
                    critical(BASIC_CONSTRAINTS, Der.sequence(Der.TRUE)), critical(KEY_USAGE, SIGNING_CERTIFICATES),
                    extension(SUBJECT_KEY_IDENTIFIER, Der.octets(identifier(keys.getPublic()))));
            return signed(name, keys.getPrivate(), sign(content, keys.getPrivate()));
        } catch (GeneralSecurityException e) {
            throw impossible(name, e);
        }
    }

    /** The same authority, and another certificate of the server from it. */
    public Certificates renewed() {
        try {
            return signed(name, authorityKey, authority);
        } catch (GeneralSecurityException e) {
            throw impossible(name, e);
        }
    }

    private static Certificates signed(String name, PrivateKey authorityKey, X509Certificate authority)
            throws GeneralSecurityException {
        KeyPair keys = keys();
        byte[] content = content(authority.getSubjectX500Principal().getEncoded(), commonName(name), keys.getPublic(),
                Instant.now(), critical(BASIC_CONSTRAINTS, Der.sequence()), critical(KEY_USAGE, SIGNING),
                extension(EXTENDED_KEY_USAGE, Der.sequence(FOR_SERVERS)), issuedBy(authority),
                extension(SUBJECT_ALTERNATIVE_NAME, SERVER_NAMES));
        X509Certificate server = sign(content, authorityKey);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[]{new OneKey(keys.getPrivate(), server, authority)},
                new TrustManager[]{new AnyClient(authority)}, null);
        context.createSSLEngine(); // loads what the first connection needs, while others are busy
        return new Certificates(name, authorityKey, authority, pem("CERTIFICATE", authority.getEncoded()), context);
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static IllegalStateException impossible(String name, Exception cause) {
        return new IllegalStateException(
                "no certificate could be made for server " + name + "; does this JDK have EC keys on secp256r1?",
                cause);
    }

    /** A certificate and its key, as PEM. */
    public record Client(String certificatePem, ECPrivateKey key) {
        private static final byte[] P256 = Der.identifier(1, 2, 840, 10045, 3, 1, 7);
        private static final int LENGTH = 32;

        /** PKCS #8, which Java reads. */
        public String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }

        /** SEC 1, which clients of Kubernetes read: some take PKCS #8 for RSA. */
        public String sec1Pem() {
            byte[] number = key.getS().toByteArray();
            byte[] secret = new byte[LENGTH];
            int length = Math.min(LENGTH, number.length); // it may begin with a zero that is a sign
            System.arraycopy(number, number.length - length, secret, LENGTH - length, length);
            return pem("EC PRIVATE KEY",
                    Der.sequence(Der.integer(BigInteger.ONE), Der.octets(secret), Der.wrapped(0, P256)));
        }
    }

    /**
     * A certificate by which a client is known.
     *
     * @param now
     *            it is valid from then on, for a year
     */
    public Client client(String user, List<String> groups, Instant now) {
        try {
            KeyPair keys = keys();
            List<byte[]> subject = new ArrayList<>();
            groups.forEach(group -> subject.add(attribute(ORGANISATION, group)));
            subject.add(attribute(COMMON_NAME, user));
            byte[] content = content(authority.getSubjectX500Principal().getEncoded(),
                    Der.sequence(subject.toArray(byte[][]::new)), keys.getPublic(), now,
                    critical(BASIC_CONSTRAINTS, Der.sequence()), critical(KEY_USAGE, SIGNING),
                    extension(EXTENDED_KEY_USAGE, Der.sequence(FOR_CLIENTS)), issuedBy(authority));
            return new Client(pem("CERTIFICATE", sign(content, authorityKey).getEncoded()),
                    (ECPrivateKey) keys.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no certificate could be made for user " + user, e);
        }
    }

    /** What is signed. */
    private static byte[] content(byte[] issuer, byte[] subject, PublicKey key, Instant now, byte[]... extensions) {
        BigInteger serial = new BigInteger(64, new SecureRandom()).add(BigInteger.ONE);
        byte[] version3 = Der.wrapped(0, Der.integer(BigInteger.TWO));
        return Der.sequence(version3, Der.integer(serial), SIGNATURE_ALGORITHM, issuer,
                Der.sequence(Der.time(now.minus(CLOCK_SKEW)), Der.time(now.plus(VALID))), subject, key.getEncoded(),
                Der.wrapped(3, Der.sequence(extensions)));
    }

    private static X509Certificate sign(byte[] content, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(SIGNATURE);
        signature.initSign(key);
        signature.update(content);
        byte[] certificate = Der.sequence(content, SIGNATURE_ALGORITHM, Der.bits(0, signature.sign()));
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(certificate));
    }

    private static byte[] commonName(String name) {
        return Der.sequence(attribute(COMMON_NAME, name));
    }

    private static byte[] attribute(byte[] type, String value) {
        return Der.set(Der.sequence(type, Der.text(value)));
    }

    private static byte[] dnsName(String name) {
        return Der.tagged(2, name.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] extension(byte[] type, byte[] value) {
        return Der.sequence(type, Der.octets(value));
    }

    private static byte[] critical(byte[] type, byte[] value) {
        return Der.sequence(type, Der.TRUE, Der.octets(value));
    }

    private static byte[] issuedBy(X509Certificate authority) throws GeneralSecurityException {
        return extension(AUTHORITY_KEY_IDENTIFIER, Der.sequence(Der.tagged(0, identifier(authority.getPublicKey()))));
    }

    /** By which a key is found: any bytes that others do not have. Here they come from the encoded key, of which RFC 5280 would leave out the frame. */
    private static byte[] identifier(PublicKey key) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-1").digest(key.getEncoded());
    }

    private static String pem(String what, byte[] encoded) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(encoded) + "\n-----END " + what
                + "-----\n";
    }
}
