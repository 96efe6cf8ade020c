package dev.windlass.apiserver.internal.net;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A certificate and the key for it, as PEM, and what Go says of those that do not serve. Stateless. */
public final class ServingPair {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";
    private static final String MALFORMED = "x509: malformed certificate";

    private ServingPair() {
    }

    /** Empty when they serve. */
    public static String problem(byte[] certificate, byte[] key) {
        List<Pem> blocks = Pem.blocks(certificate);
        Optional<Pem> first = blocks.stream().filter(each -> each.type().equals(CERTIFICATE)).findFirst();
        if (first.isEmpty()) {
            return "tls: failed to find " + withoutCertificate(types(blocks));
        }
        List<Pem> keys = Pem.blocks(key);
        Optional<Pem> firstKey = keys.stream().filter(each -> isKey(each.type())).findFirst();
        return firstKey.isEmpty()
                ? "tls: " + withoutKey(types(keys))
                : problemOf(first.get().content(), firstKey.get().content());
    }

    private static boolean isKey(String type) {
        return type.equals(KEY) || type.endsWith(" " + KEY);
    }

    private static List<String> types(List<Pem> blocks) {
        return blocks.stream().map(Pem::type).toList();
    }

    private static String withoutCertificate(List<String> types) {
        if (types.isEmpty()) {
            return "any PEM data in certificate input";
        }
        return types.size() == 1 && types.getFirst().endsWith(KEY)
                ? "certificate PEM data in certificate input, but did find a private key; PEM inputs may have been"
                        + " switched"
                : "\"CERTIFICATE\" PEM block in certificate input" + after(types);
    }

    private static String withoutKey(List<String> types) {
        if (types.isEmpty()) {
            return "failed to find any PEM data in key input";
        }
        return types.equals(List.of(CERTIFICATE))
                ? "found a certificate rather than a key in the PEM for the private key"
                : "failed to find PEM block with type ending in \"PRIVATE KEY\" in key input" + after(types);
    }

    private static String after(List<String> types) {
        return types.stream().collect(
                Collectors.joining(" ", " after skipping PEM blocks of the following types: [", "]"));
    }

    private static String problemOf(byte[] der, byte[] keyDer) {
        String shape = shape(der);
        if (!shape.isEmpty()) {
            return shape;
        }
        X509Certificate certificate;
        try {
            certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException _) {
            return MALFORMED;
        }
        if (certificate.getSerialNumber().signum() < 0) {
            return "x509: negative serial number";
        }
        if (certificate.getPublicKey() instanceof ECKey curve && !PrivateKeys.isOfNist(curve)) {
            return "x509: unsupported elliptic curve";
        }
        PrivateKey key = PrivateKeys.read(keyDer);
        if (key == null) {
            return PrivateKeys.isForAgreement(keyDer)
                    ? "tls: found unknown private key type in PKCS#8 wrapping"
                    : "tls: failed to parse private key";
        }
        return mismatch(certificate.getPublicKey(), key);
    }

    /** What is wrong with a certificate before anything in it is read; empty when nothing is. */
    private static String shape(byte[] der) {
        DerInput input = new DerInput(der);
        byte[] content = input.next(DerInput.SEQUENCE);
        if (content == null) {
            return MALFORMED;
        }
        byte[] signed = new DerInput(content).next(DerInput.SEQUENCE);
        if (signed == null) {
            return "x509: malformed tbs certificate";
        }
        DerInput fields = new DerInput(signed);
        fields.next(DerInput.FIRST); // the version, which may be missing
        if (fields.next(DerInput.INTEGER) == null) {
            return "x509: malformed serial number";
        }
        return input.isAtEnd() ? "" : "x509: trailing data";
    }

    private static String mismatch(PublicKey open, PrivateKey key) {
        if (!isKnown(open)) {
            return "tls: unknown public key algorithm";
        }
        if (!key.getAlgorithm().equals(open.getAlgorithm())) {
            return "tls: private key type does not match public key type";
        }
        return match(open, key) ? "" : "tls: private key does not match public key";
    }

    private static boolean isKnown(PublicKey open) {
        return switch (open) {
            case RSAPublicKey rsa -> rsa.getAlgorithm().equals("RSA");
            case EdECKey edwards -> edwards.getParams().getName().equals("Ed25519");
            default -> open instanceof ECKey;
        };
    }

    private static boolean match(PublicKey open, PrivateKey key) {
        if (open instanceof RSAPublicKey rsa) {
            return key instanceof RSAPrivateCrtKey own && own.getModulus().equals(rsa.getModulus())
                    && own.getPublicExponent().equals(rsa.getPublicExponent());
        }
        if (open instanceof ECKey curve && key instanceof ECKey own
                && !own.getParams().getOrder().equals(curve.getParams().getOrder())) {
            return false;
        }
        // The JDK does not tell the public key of another private one, but whom its signatures are from.
        try {
            Signature signature = Signature.getInstance(open instanceof ECKey ? "SHA256withECDSA" : "Ed25519");
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return true; // On P-224 the JDK can read keys, but not sign.
        }
    }
}
