package dev.windlass.hot;

import dev.windlass.controller.MapContext;
import dev.windlass.controller.Mapper;
import dev.windlass.kubernetes.ObjectKey;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Collection;
import java.util.List;

/** The widget that is called like a secret. */
public final class WidgetOfSecret implements Mapper<Secret> {

    @Override
    public Collection<ObjectKey> map(Secret secret, MapContext context) {
        return List.of(ObjectKey.of(secret));
    }
}
