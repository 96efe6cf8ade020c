package dev.windlass.modules;

import dev.windlass.lifecycle.Manager;

/**
 * What a module is given when it is loaded. Thread-safe.
 *
 * @param manager the manager that it is loaded into, through which it finds what else there is: {@code Clusters.of(manager)}
 * @param unit the full name of the module's unit, within which its own units are: {@code module/billing}
 * @param name its own name
 * @param version its own version
 */
public record ModuleContext(Manager manager, String unit, String name, String version) {
}
