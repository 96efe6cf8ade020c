package dev.windlass.modules;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a {@link FeatureModule} says of itself. It is read from the class file, before any code of the module runs.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Feature {

    /** Its name, one part of a unit's name: the unit of {@code billing} is {@code module/billing}. */
    String name();

    /** Its version, for people; where it is left out, the {@code Implementation-Version} of the jar's manifest. */
    String version() default "";

    /** The version of the API that it was written for: {@link FeatureModule#API_VERSION}, which the compiler writes down. */
    int api();
}
