package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.net.Certificates;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes kubeconfig files. */
final class Kubeconfig {
    private Kubeconfig() {
    }

    /**
     * One cluster, one user, one context.
     *
     * @param user
     *            what the user is called in it
     */
    static String withToken(ApiServer server, String user, String token) {
        return of(server, user, "token: \"" + token + "\"");
    }

    static String withCertificate(ApiServer server, String user, Certificates.Client certificate) {
        return of(server, user, "client-certificate-data: " + encode(certificate.certificatePem())
                + "\n    client-key-data: " + encode(certificate.sec1Pem()));
    }

    private static String of(ApiServer server, String user, String proof) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: "%1$s"
                  cluster:
                    server: %2$s
                    certificate-authority-data: %3$s
                users:
                - name: "%4$s"
                  user:
                    %5$s
                contexts:
                - name: "%1$s"
                  context:
                    cluster: "%1$s"
                    user: "%4$s"
                    namespace: default
                current-context: "%1$s"
                """.formatted(server.name(), server.url(), encode(server.caCertificatePem()), user, proof);
    }

    private static String encode(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }
}
