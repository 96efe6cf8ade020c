package dev.windlass.apiserver.internal.webhook;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts a webhook as the JDK does, and says in the words of the real server why it does not. Stateless. */
final class Trust extends X509ExtendedTrustManager {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final X509ExtendedTrustManager delegate;

    private Trust(X509ExtendedTrustManager delegate) {
        this.delegate = delegate;
    }

    /** @param bundle PEM, "" for the certificates of this JVM */
    static SSLContext context(String bundle) throws CallFailedException {
        try {
            KeyStore store = bundle.isBlank() ? null : store(bundle);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager each : factory.getTrustManagers()) {
                if (each instanceof X509ExtendedTrustManager manager) {
                    SSLContext context = SSLContext.getInstance("TLS");
                    context.init(null, new TrustManager[]{new Trust(manager)}, null);
                    return context;
                }
            }
            throw new IllegalStateException("this JDK has no trust manager for X.509");
        } catch (GeneralSecurityException | IOException e) {
            throw new CallFailedException("unable to load root certificates: unable to parse bytes as PEM block", e);
        }
    }

    private static KeyStore store(String bundle) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Collection<? extends Certificate> all = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(bundle.getBytes(StandardCharsets.ISO_8859_1)));
        for (Certificate each : all) {
            store.setCertificateEntry("ca-" + store.size(), each);
        }
        return store;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        try {
            delegate.checkServerTrusted(chain, authType, socket);
        } catch (CertificateException e) {
            String host = socket instanceof SSLSocket secured ? secured.getHandshakeSession().getPeerHost() : "";
            throw new CertificateException("x509: " + problem(e, host, chain[0]), e);
        }
    }

    private static String problem(CertificateException failure, String host, X509Certificate shown) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            boolean late = cause instanceof CertificateExpiredException;
            if (late || cause instanceof CertificateNotYetValidException) {
                return "certificate has expired or is not yet valid: current time "
                        + Instant.now().truncatedTo(ChronoUnit.SECONDS) + (late ? " is after " : " is before ")
                        + (late ? shown.getNotAfter() : shown.getNotBefore()).toInstant();
            }
        }
        String text = String.valueOf(failure.getMessage());
        return text.contains("No subject alternative") || text.contains("No name matching")
                ? otherNames(host, shown)
                : "certificate signed by unknown authority";
    }

    private static String otherNames(String host, X509Certificate shown) {
        boolean address = host.contains(":") || host.matches("[0-9.]+");
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = shown.getSubjectAlternativeNames();
            for (List<?> each : all == null ? List.<List<?>>of() : all) {
                if (((Integer) each.get(0)) == (address ? IP_ADDRESS : DNS_NAME)) {
                    names.add(String.valueOf(each.get(1)));
                }
            }
        } catch (CertificateParsingException _) {
            // names that cannot be read are as good as none
        }
        if (!names.isEmpty()) {
            return "certificate is valid for " + String.join(", ", names) + ", not " + host;
        }
        return address
                ? "cannot validate certificate for " + host + " because it doesn't contain any IP SANs"
                : "certificate is not valid for any names, but wanted to match " + host;
    }

    /** What a handshake that failed came to. */
    static String problem(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = cause.getMessage();
            if (cause instanceof CertificateException && text != null && text.startsWith("x509: ")) {
                return "tls: failed to verify certificate: " + text;
            }
        }
        String text = String.valueOf(failure.getMessage());
        return text.contains("Unsupported or unrecognized SSL message")
                ? "http: server gave HTTP response to HTTPS client"
                : text;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        delegate.checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        delegate.checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        delegate.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        delegate.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        delegate.checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return delegate.getAcceptedIssuers();
    }
}
