package com.example.till;

import dev.windlass.lifecycle.HealthKind;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.Unit;
import dev.windlass.modules.Feature;
import dev.windlass.modules.FeatureModule;
import dev.windlass.modules.ModuleContext;
import java.util.List;

/** A module whose version is its jar's. */
@Feature(name = "till", api = FeatureModule.API_VERSION)
public final class TillModule implements FeatureModule {

    @Override
    public List<Unit<?>> units(ModuleContext context) {
        return List.of(Task.of("drawer", running -> {
            running.health("drawer", HealthKind.READINESS, () -> {
                // it is there
            });
            running.awaitStop();
        }));
    }
}
