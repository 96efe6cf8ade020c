package dev.windlass.examples.website;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The YAML files that come with this example: definitions of its kinds, what it must be allowed to do, objects for two clusters. */
public final class Manifests {
    private Manifests() {
    }

    /** The custom resource definitions. */
    public static List<HasMetadata> definitions() {
        return in("crds");
    }

    /**
     * The websites and redirects of a cluster.
     *
     * @param cluster {@code north} or {@code south}
     */
    public static List<HasMetadata> of(String cluster) {
        return in(cluster);
    }

    /** What the controllers must be allowed to do, in all namespaces. */
    public static ClusterRole clusterRole() {
        return (ClusterRole) one("base/cluster-role.yaml");
    }

    /** What an election must be allowed to do, in the namespace of its Lease. */
    public static Role leaseRole() {
        return (Role) one("overlays/leader-election/lease-role.yaml");
    }

    private static HasMetadata one(String file) {
        try (InputStream in = Objects.requireNonNull(Manifests.class.getResourceAsStream(file), file)) {
            return new KubernetesSerialization().unmarshal(in);
        } catch (IOException e) {
            throw new UncheckedIOException("the manifest " + file + " cannot be read", e);
        }
    }

    private static List<HasMetadata> in(String folder) {
        URL url = Manifests.class.getResource(folder);
        if (url == null) {
            throw new IllegalArgumentException(
                    "no manifests in \"%s\": there are crds, north, south".formatted(folder));
        }
        try {
            URI uri = url.toURI();
            if (!uri.getScheme().equals("jar")) {
                return read(Path.of(uri));
            }
            try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
                return read(jar.provider().getPath(uri));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the manifests in " + url + " cannot be read", e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<HasMetadata> read(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.sorted().toList();
        }
        KubernetesSerialization yaml = new KubernetesSerialization();
        // Without this they are read as generic objects: the serialization knows the built-in kinds only.
        yaml.registerKubernetesResource(Website.class);
        yaml.registerKubernetesResource(Redirect.class);
        List<HasMetadata> objects = new ArrayList<>();
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                // One document is one object, several are a list.
                Object content = yaml.unmarshal(in);
                for (Object object : content instanceof Collection<?> all ? all : List.of(content)) {
                    objects.add((HasMetadata) object);
                }
            }
        }
        return objects;
    }
}
