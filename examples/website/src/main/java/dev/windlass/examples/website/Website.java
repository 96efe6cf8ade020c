package dev.windlass.examples.website;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** The custom resource {@code websites.demo.windlass.dev}. */
@Group("demo.windlass.dev")
@Version("v1")
@ShortNames("site")
public final class Website extends CustomResource<WebsiteSpec, WebsiteStatus> implements Namespaced {
    @Override
    protected @Nullable WebsiteSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable WebsiteStatus initStatus() {
        return null;
    }
}
