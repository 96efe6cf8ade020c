package dev.windlass.apiserver.internal.net;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * A certificate authority made for one server, the server's certificate from it, and those of its clients. ECDSA P-256, since making such keys takes no time.
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

    /** @param name of the server, for the common names */
    public static Certificates make(String name) {
        try {
            KeyPair keys = keys();
            return signed(name, keys.getPrivate(), authority(new X500Name("CN=" + name + "-ca"), keys));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw impossible(name, e);
        }
    }

    /** The same authority, and another certificate of the server from it. */
    public Certificates renewed() {
        try {
            return signed(name, authorityKey, authority);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw impossible(name, e);
        }
    }

    private static Certificates signed(String name, PrivateKey authorityKey, X509Certificate authority)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        KeyPair keys = keys();
        X509Certificate server = server(new X500Name("CN=" + name + "-ca"), authorityKey, name, keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[]{new OneKey(keys.getPrivate(), server, authority)},
                new TrustManager[]{new AnyClient(authority)}, null);
        return new Certificates(name, authorityKey, authority, pem(authority), context);
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

    private static X509Certificate authority(X500Name name, KeyPair keys)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        JcaX509v3CertificateBuilder builder = builder(name, name, keys, Instant.now());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(Extension.keyUsage, true,
                new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(Extension.subjectKeyIdentifier, false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
        return sign(builder, keys.getPrivate());
    }

    private static X509Certificate server(X500Name issuer, PrivateKey issuerKey, String name, KeyPair keys)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        JcaX509v3CertificateBuilder builder = builder(issuer, new X500Name("CN=" + name), keys, Instant.now());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        builder.addExtension(Extension.subjectAlternativeName, false,
                new GeneralNames(new GeneralName[]{new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                        new GeneralName(GeneralName.iPAddress, "::1"),
                        new GeneralName(GeneralName.dNSName, "localhost"),
                        new GeneralName(GeneralName.dNSName, "kubernetes.default.svc")}));
        return sign(builder, issuerKey);
    }

    /** A certificate and its key, as PEM. */
    public record Client(String certificatePem, String keyPem) {
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
            X500NameBuilder subject = new X500NameBuilder(BCStyle.INSTANCE);
            groups.forEach(group -> subject.addRDN(BCStyle.O, group));
            subject.addRDN(BCStyle.CN, user);
            JcaX509v3CertificateBuilder builder = builder(
                    X500Name.getInstance(authority.getSubjectX500Principal().getEncoded()), subject.build(), keys, now);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
            return new Client(pem(sign(builder, authorityKey)),
                    pem(new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("no certificate could be made for user " + user, e);
        }
    }

    private static JcaX509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair keys,
            Instant now) {
        BigInteger serial = new BigInteger(64, new SecureRandom()).add(BigInteger.ONE);
        return new JcaX509v3CertificateBuilder(issuer, serial, Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.plus(VALID)), subject, keys.getPublic());
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    }

    private static String pem(Object object) {
        StringWriter out = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(out)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }
}
