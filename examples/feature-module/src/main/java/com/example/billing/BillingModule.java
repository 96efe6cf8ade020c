package com.example.billing;

import dev.windlass.lifecycle.Unit;
import dev.windlass.modules.Feature;
import dev.windlass.modules.FeatureModule;
import dev.windlass.modules.ModuleContext;
import java.util.List;

/** Billing as a module: its version is the project's, from the jar's manifest. */
@Feature(name = "billing", api = FeatureModule.API_VERSION)
public final class BillingModule implements FeatureModule {

    @Override
    public List<Unit<?>> units(ModuleContext context) {
        return List.of(Invoices.unit());
    }
}
