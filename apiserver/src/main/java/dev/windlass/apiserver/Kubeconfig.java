package dev.windlass.apiserver;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes kubeconfig files. */
final class Kubeconfig {
    private Kubeconfig() {
    }

    static String of(ApiServer server) {
        String authority = Base64.getEncoder()
                .encodeToString(server.caCertificatePem().getBytes(StandardCharsets.US_ASCII));
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: "%1$s"
                  cluster:
                    server: %2$s
                    certificate-authority-data: %3$s
                users:
                - name: "%1$s"
                  user:
                    token: "%4$s"
                contexts:
                - name: "%1$s"
                  context:
                    cluster: "%1$s"
                    user: "%1$s"
                    namespace: default
                current-context: "%1$s"
                """.formatted(server.name(), server.url(), authority, server.token());
    }
}
