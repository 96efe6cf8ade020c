package dev.windlass.examples.website;

import dev.windlass.lifecycle.Unit;
import dev.windlass.modules.Feature;
import dev.windlass.modules.FeatureModule;
import dev.windlass.modules.ModuleContext;
import java.util.List;

/** The index of all websites as a feature module: this example's jar can be loaded into a manager that has none. */
@Feature(name = "site-index", api = FeatureModule.API_VERSION)
public final class SiteIndexModule implements FeatureModule {

    @Override
    public List<Unit<?>> units(ModuleContext context) {
        return List.of(Websites.siteIndex());
    }
}
