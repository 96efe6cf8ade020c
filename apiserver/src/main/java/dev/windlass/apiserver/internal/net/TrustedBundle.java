package dev.windlass.apiserver.internal.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

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

    /**
     * For connections to servers that these certificates vouch for; for those that this machine trusts when there are none.
     *
     * @throws IllegalArgumentException
     *             when it cannot be read
     */
    public static SSLContext context(String base64) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            if (base64.isEmpty()) {
                context.init(null, null, null);
                return context;
            }
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            int index = 0;
            for (Certificate certificate : certificates(base64)) {
                trusted.setCertificateEntry("ca-" + index++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the bundle of certificates cannot be read: " + e.getMessage(), e);
        }
    }
}
