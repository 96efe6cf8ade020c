package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;
import org.jspecify.annotations.Nullable;

/** A file that cannot be loaded as a module. The message names the file, what is wrong with it, and what to do. */
public final class InvalidModuleException extends LifecycleException {

    InvalidModuleException(String message) {
        super(message);
    }

    InvalidModuleException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
