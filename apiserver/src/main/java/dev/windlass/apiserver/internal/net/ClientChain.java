package dev.windlass.apiserver.internal.net;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;

/** The certificates that a client has shown. */
public final class ClientChain {
    private ClientChain() {
    }

    /** Its own first; none when it has shown none. Nothing is verified. */
    public static List<X509Certificate> of(Request request) {
        EndPoint.SslSessionData tls = request.getConnectionMetaData().getConnection().getEndPoint()
                .getSslSessionData();
        List<X509Certificate> chain = new ArrayList<>();
        if (tls != null) {
            try {
                for (Certificate each : tls.sslSession().getPeerCertificates()) {
                    if (each instanceof X509Certificate certificate) {
                        chain.add(certificate);
                    }
                }
            } catch (SSLPeerUnverifiedException _) {
                // it has shown none
            }
        }
        return chain;
    }
}
