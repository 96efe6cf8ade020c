package dev.windlass.testkit;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes kubeconfig files. */
final class Kubeconfig {

    private Kubeconfig() {
    }

    static String text(String context, URI address, String authority, String user, String token) {
        String encoded = Base64.getEncoder().encodeToString(authority.getBytes(StandardCharsets.UTF_8));
        return """
                apiVersion: v1
                kind: Config
                current-context: "%1$s"
                clusters:
                - name: "%1$s"
                  cluster:
                    server: "%2$s"
                    certificate-authority-data: %3$s
                contexts:
                - name: "%1$s"
                  context:
                    cluster: "%1$s"
                    user: "%4$s"
                    namespace: default
                users:
                - name: "%4$s"
                  user:
                    token: "%5$s"
                """.formatted(context, address, encoded, user, token);
    }
}
