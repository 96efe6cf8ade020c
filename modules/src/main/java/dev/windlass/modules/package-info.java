/**
 * Feature modules: jars that are loaded into a running manager, each in a class loader of its own, reloaded while they work, and
 * unloaded with the proof that nothing of them is left.
 *
 * <p>A module's author implements {@link dev.windlass.modules.FeatureModule}.
 */
@NullMarked
package dev.windlass.modules;

import org.jspecify.annotations.NullMarked;
