package dev.windlass.tests.sites;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** The module's own model of the websites of the suite. */
@Group("e2e.windlass.dev")
@Version("v1")
@Kind("Website")
@Plural("websites")
class Site extends CustomResource<Site.Content, Void> implements Namespaced {

    /** What stands on its pages. */
    record Content(int pages, String text) {
    }

    @Override
    protected @Nullable Content initSpec() {
        return null;
    }

    @Override
    protected @Nullable Void initStatus() {
        return null;
    }
}
