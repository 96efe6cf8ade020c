package dev.windlass.apiserver.internal.net;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECKey;
import java.security.spec.ECFieldFp;
import java.security.spec.EllipticCurve;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads private keys in the three forms that they are written in. Stateless. */
final class PrivateKeys {
    private static final byte[] RSA = Der.sequence(Der.identifier(1, 2, 840, 113549, 1, 1, 1), new byte[]{0x05, 0x00});
    private static final byte[] EC = Der.identifier(1, 2, 840, 10045, 2, 1);
    private static final BigInteger THREE = BigInteger.valueOf(3);
    private static final int LEAST_BITS = 224;
    private static final byte[] VERSION = Der.integer(BigInteger.ZERO);

    private PrivateKeys() {
    }

    /** A key for TLS; null when it is none. */
    static @Nullable PrivateKey read(byte[] der) {
        PrivateKey key = generate("RSA", Der.sequence(VERSION, RSA, Der.octets(der)));
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            key = key == null ? generate(algorithm, der) : key;
        }
        key = key == null ? elliptic(der) : key;
        return key instanceof ECKey curve && !isOfNist(curve) ? null : key;
    }

    /** Whether a key is on one of the curves that Go has: all of those, and of the JDK's no others, have -3 in them. */
    static boolean isOfNist(ECKey key) {
        EllipticCurve curve = key.getParams().getCurve();
        return curve.getField() instanceof ECFieldFp field && field.getFieldSize() >= LEAST_BITS
                && field.getP().subtract(curve.getA()).equals(THREE);
    }

    /** Whether it is a key that others agree on secrets by. */
    static boolean isForAgreement(byte[] der) {
        return generate("X25519", der) != null;
    }

    /** A key on a curve as SEC 1 has it: a version, the key, and which curve it is. */
    private static @Nullable PrivateKey elliptic(byte[] der) {
        byte[] content = new DerInput(der).next(DerInput.SEQUENCE);
        DerInput fields = new DerInput(content == null ? new byte[0] : content);
        if (fields.next(DerInput.INTEGER) == null || fields.next(DerInput.OCTET_STRING) == null) {
            return null;
        }
        byte[] curve = fields.next(DerInput.FIRST);
        return curve == null ? null : generate("EC", Der.sequence(VERSION, Der.sequence(EC, curve), Der.octets(der)));
    }

    private static @Nullable PrivateKey generate(String algorithm, byte[] pkcs8) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException _) {
            return null;
        }
    }
}
