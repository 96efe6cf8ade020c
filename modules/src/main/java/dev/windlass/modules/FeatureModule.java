package dev.windlass.modules;

import dev.windlass.lifecycle.Unit;
import java.util.List;

/**
 * What a jar declares to be a module: a class with a public constructor without parameters, annotated with {@link Feature}, and
 * named in {@code META-INF/services/dev.windlass.modules.FeatureModule}. A module is the units that it consists of: everything that it
 * does, and everything that has to be given back, is done and acquired by one of those, through its {@link
 * dev.windlass.lifecycle.RunnableContext}.
 *
 * <p>One instance is made for each time that the module is loaded, by a thread of the module.
 */
public interface FeatureModule {

    /** The version of this API. A module says which one it needs; the host refuses one that is newer than its own. */
    int API_VERSION = 1;

    /**
     * The units that run while the module is loaded, as children of the module: {@code websites} of the module {@code billing} is
     * {@code module/billing/websites}. Asked once, on a thread of the module whose context class loader is the module's. Units of a
     * module that is reloaded are matched by name and kind: those that both versions have hand their work over.
     *
     * @return each with another name
     * @throws Exception to fail the start of the module
     */
    List<? extends Unit<?>> units(ModuleContext context) throws Exception;
}
