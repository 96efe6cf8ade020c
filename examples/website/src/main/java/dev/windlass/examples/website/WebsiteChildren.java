package dev.windlass.examples.website;

import dev.windlass.kubernetes.Owners;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpecBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What a website consists of: its pages, the servers that serve them, and the address of these. All have its name. */
final class WebsiteChildren {
    private static final String NAME = "app.kubernetes.io/name";
    private static final String DEFAULT_IMAGE = "nginx:1.29-alpine";

    private final Website site;

    WebsiteChildren(Website site) {
        this.site = site;
    }

    List<HasMetadata> all() {
        List<HasMetadata> children = List.of(pages(), servers(), address());
        children.forEach(child -> Owners.setController(site, child));
        return children;
    }

    private ConfigMap pages() {
        return new ConfigMapBuilder().withMetadata(metadata()).withData(new TreeMap<>(site.getSpec().pages())).build();
    }

    private Deployment servers() {
        int replicas = Objects.requireNonNullElse(site.getSpec().replicas(), 1);
        LabelSelector selector = new LabelSelectorBuilder().withMatchLabels(labels()).build();
        DeploymentSpec spec = new DeploymentSpecBuilder().withReplicas(replicas).withSelector(selector)
                .withTemplate(pod()).build();
        return new DeploymentBuilder().withMetadata(metadata()).withSpec(spec).build();
    }

    private PodTemplateSpec pod() {
        WebsiteSpec spec = site.getSpec();
        Container web = new ContainerBuilder().withName("web")
                .withImage(Objects.requireNonNullElse(spec.image(), DEFAULT_IMAGE))
                .addNewPort().withName("http").withContainerPort(80).endPort()
                .addNewVolumeMount().withName("pages").withMountPath("/usr/share/nginx/html").endVolumeMount().build();
        Volume pages = new VolumeBuilder().withName("pages").withNewConfigMap().withName(name()).endConfigMap().build();
        PodSpec pod = new PodSpecBuilder().withContainers(web).withVolumes(pages).build();
        // A pod reads its pages when it starts: other pages make other pods.
        String content = Integer.toHexString(new TreeMap<>(spec.pages()).hashCode());
        return new PodTemplateSpecBuilder().withNewMetadata().withLabels(labels())
                .addToAnnotations("demo.windlass.dev/pages", content).endMetadata().withSpec(pod).build();
    }

    private Service address() {
        return new ServiceBuilder().withMetadata(metadata())
                .withNewSpec()
                .withSelector(labels())
                .addNewPort().withName("http").withPort(80).withNewTargetPort("http").endPort()
                .endSpec()
                .build();
    }

    private String name() {
        return site.getMetadata().getName();
    }

    private ObjectMeta metadata() {
        return new ObjectMetaBuilder().withName(name()).withNamespace(site.getMetadata().getNamespace())
                .withLabels(labels()).build();
    }

    private Map<String, String> labels() {
        return Map.of(NAME, name(), "app.kubernetes.io/managed-by", "windlass-website");
    }
}
