package dev.windlass.apiserver.internal.net;

import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** Certificates that somebody trusts, as they stand in objects: PEM, and that in base64. Stateless. */
public final class TrustedBundle {
    private TrustedBundle() {
    }

    /** Whether there is a certificate in it. */
    public static boolean isReadable(String base64) {
        try {
            return !certificates(base64).isEmpty();
        } catch (CertificateException | IllegalArgumentException _) {
            return false;
        }
    }

    private static Collection<? extends Certificate> certificates(String base64) throws CertificateException {
        byte[] pem = Base64.getDecoder().decode(base64);
        return pem.length == 0
                ? List.of()
                : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    }
}
