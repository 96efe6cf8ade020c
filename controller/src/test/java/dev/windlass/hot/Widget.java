package dev.windlass.hot;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A custom resource with a specification and a status of classes of its own. */
@Group("test.windlass.dev")
@Version("v1")
public final class Widget extends CustomResource<WidgetSpec, WidgetStatus> implements Namespaced {
}
