package dev.windlass.examples.website;

import dev.windlass.kubernetes.Cluster;
import dev.windlass.lifecycle.Manager;
import java.nio.file.Path;

/** The operator as a program: one kubeconfig file per cluster, each with the cluster's name as its file name. */
public final class WebsiteOperator {
    private WebsiteOperator() {
    }

    /** Runs until SIGTERM or SIGINT, then stops everything in order. */
    public static void main(String[] kubeconfigs) throws InterruptedException {
        try (Manager manager = Manager.builder().stopOnSignals(true).build()) {
            for (String file : kubeconfigs) {
                Path path = Path.of(file);
                String name = path.getFileName().toString().replaceFirst("\\.(kubeconfig|ya?ml)$", "");
                manager.add(Cluster.fromKubeconfig(name, path));
            }
            manager.add(Websites.controller());
            manager.add(Websites.redirects());
            manager.run();
        }
    }
}
