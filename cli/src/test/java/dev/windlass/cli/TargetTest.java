package dev.windlass.cli;

import dev.windlass.kubernetes.KubeconfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Which clusters are meant, and what they are called. */
class TargetTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @ParameterizedTest
    @CsvSource({"north, north", "kubernetes-admin@kubernetes, kubernetes-admin-kubernetes",
            "arn:aws:eks:eu-west-1:42:cluster/prod, arn-aws-eks-eu-west-1-42-cluster-prod",
            "gke_project_europe-west1_prod, gke_project_europe-west1_prod", "__prod__, prod", "Ünïted, n-ted",
            "日本, cluster"})
    void aClusterIsCalledAfterItsContext(String context, String name) {
        assertThat(Target.name(context)).isEqualTo(name);
    }

    @Test
    void theOnlyContextIsMeantAndOfSeveralNoneIsImplied() throws Exception {
        assertThat(names(kubeconfig("north"), List.of())).containsExactly("north");
        Path several = kubeconfig("north", "south", "a@b");
        assertThatThrownBy(() -> names(several, List.of())).isInstanceOf(BadUsageException.class)
                .hasMessageContainingAll(several.toString(), "--context", "north, south, a@b");
        assertThat(names(several, List.of("a@b", "north"))).containsExactly("a-b", "north");
        assertThatThrownBy(() -> names(several, List.of("west"))).isInstanceOf(KubeconfigException.class)
                .hasMessageContainingAll("\"west\"", "[north, south, a@b]");
    }

    @Test
    void twoOfOneNameAreRefused() throws Exception {
        Path file = kubeconfig("a@b", "a:b");
        assertThatThrownBy(() -> names(file, List.of("a@b", "a:b"))).isInstanceOf(BadUsageException.class)
                .hasMessageContainingAll("\"a@b\"", "\"a:b\"", "cluster/a-b", "rename-context");
        assertThatThrownBy(() -> names(file, List.of("a:b", "a:b"))).isInstanceOf(BadUsageException.class)
                .hasMessageContainingAll("a:b", "twice");
    }

    private static List<String> names(Path kubeconfig, List<String> contexts) {
        return Target.of(kubeconfig, contexts, Map.of(), null).stream().map(target -> target.cluster().name()).toList();
    }

    private Path kubeconfig(String... contexts) throws Exception {
        String entries = Stream.of(contexts).map(name -> "- {name: \"%s\", context: {cluster: here}}\n".formatted(name))
                .collect(Collectors.joining());
        return Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: "%s"
                clusters:
                - {name: here, cluster: {server: "https://127.0.0.1:1"}}
                contexts:
                """.formatted(contexts[0]) + entries);
    }
}
