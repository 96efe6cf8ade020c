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

    /** What was thrown while a module was reloaded, in words; the whole of it is in the log. */
    static String ofReload(String unit, Throwable thrown) {
        String words = describe(thrown);
        try {
            LOG.atWarn().addKeyValue("unit", unit).setCause(thrown).log("a reload failed");
        } catch (Throwable e) { // the log asks it for its words too
            LOG.atWarn().addKeyValue("unit", unit).log("a reload failed: {}", words);
        }
        return words;
    }

    /** The words of an exception are the module's code, which may throw in turn. */
    static String describe(Throwable thrown) {
        String name = thrown.getClass().getName();
        try {
            String message = thrown.getMessage();
            return message == null ? name : name + ": " + message;
        } catch (Throwable e) {
            return name + ", whose message cannot be read: " + e.getClass().getName();
        }
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
