package dev.windlass.examples.website;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** The custom resource {@code redirects.demo.windlass.dev}: sends visitors of one path to another address. */
@Group("demo.windlass.dev")
@Version("v1")
public final class Redirect extends CustomResource<RedirectSpec, Void> implements Namespaced {
    @Override
    protected @Nullable RedirectSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable Void initStatus() {
        return null;
    }
}
