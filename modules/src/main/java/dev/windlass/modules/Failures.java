package dev.windlass.modules;

import java.lang.reflect.InvocationTargetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a module's code has thrown, for those who outlive the module: in words, since an exception keeps the classes that it was thrown
 * through, and so the module.
 */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.modules");

    private Failures() {
    }

    /** The failure of a module to say what it consists of; what was thrown is in the log. */
    static InvalidModuleException of(String module, Throwable thrown) {
        Throwable cause = thrown instanceof InvocationTargetException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : thrown;
        LOG.atWarn().addKeyValue("module", module).setCause(cause).log("a module could not be loaded");
        return new InvalidModuleException("%s cannot be loaded: its code failed: %s%s".formatted(module,
                describe(cause), remedy(cause)));
    }

    static String describe(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getName() : thrown.getClass().getName() + ": " + message;
    }

    private static String remedy(Throwable cause) {
        if (cause instanceof LinkageError || cause instanceof ClassNotFoundException) {
            return "; what it needs must be inside its jar, in META-INF/lib, beside it by its Class-Path, or among what the host shows";
        }
        return cause instanceof NoSuchMethodException
                ? "; its class must be public, with a public constructor without parameters"
                : "";
    }
}
