package dev.windlass.testkit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program that holds etcd, kube-apiserver and kubectl. Its Go sources are resources of this library. The folder that
 * it is built into also holds links named {@code etcd}, {@code kube-apiserver} and {@code kubectl}, so that it serves as
 * {@code KUBEBUILDER_ASSETS} of other tools.
 */
final class ControlPlane {

    static final String BINARY = "control-plane";
    private static final List<String> SOURCES = List.of("go.mod", "go.sum", "main.go", "serve.go", "audit-policy.json");
    private static final List<String> LINKS = List.of("etcd", "kube-apiserver", "kubectl");
    private static final Pattern KUBERNETES = Pattern.compile("k8s\\.io/kubernetes (v(\\d+)\\.(\\d+)\\.\\S+)");
    private static final String EFFORT = " (kube-apiserver, etcd, kubectl) from Go modules, once per machine: about 4 "
            + "minutes on two cores, and a download of 300 MB where the modules are not there yet";
    private static final String REMEDY = "Install Go 1." + GoProgram.OLDEST_GO_MINOR
            + " or newer (https://go.dev/dl), or set "
            + "KUBEBUILDER_ASSETS to a folder that holds etcd, kube-apiserver and kubectl.";

    private final GoProgram program;

    /**
     * @param cache the folder that holds the built programs of all versions
     * @param go the command that builds
     */
    ControlPlane(Path cache, String go) {
        Map<String, byte[]> sources = GoProgram.Recipe.sources(ControlPlane.class, "controlplane", SOURCES);
        program = new GoProgram(cache, go, new GoProgram.Recipe("the test API server", EFFORT, REMEDY, sources, BINARY,
                LINKS, linkerFlags(sources)));
    }

    static Path userCache() {
        return GoProgram.userCache("control-plane");
    }

    /** The folder that holds the program, which is built now if it was not before. */
    Path folder() throws InterruptedException {
        return program.folder();
    }

    private static String linkerFlags(Map<String, byte[]> sources) {
        Matcher version = KUBERNETES
                .matcher(new String(sources.getOrDefault("go.mod", new byte[0]), StandardCharsets.UTF_8));
        if (!version.find()) {
            throw new IllegalStateException("go.mod of the test API server names no version of k8s.io/kubernetes");
        }
        String variable = "-X k8s.io/component-base/version.";
        return "-s -w " + variable + "gitVersion=" + version.group(1) + " " + variable + "gitMajor="
                + version.group(2) + " " + variable + "gitMinor=" + version.group(3);
    }
}
