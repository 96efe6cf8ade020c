package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;

/** Code of a module has asked for the end of the whole JVM, which is not its own to end. Fails the unit that asked, if it is not caught. */
public final class ExitRefusedException extends LifecycleException {

    private ExitRefusedException(int status) {
        super("a module may not end the JVM: exit(%d) was refused; let the unit return or throw instead, or stop it"
                .formatted(status));
    }

    /**
     * What a module's calls of {@code System.exit} are replaced by.
     *
     * @throws ExitRefusedException always
     */
    @SuppressWarnings("DoNotCallSuggester") // nobody calls it who could be told
    public static void refuse(int status) {
        throw new ExitRefusedException(status);
    }

    /**
     * What a module's calls of {@code Runtime.exit} and {@code Runtime.halt} are replaced by.
     *
     * @throws ExitRefusedException always
     */
    @SuppressWarnings("DoNotCallSuggester")
    public static void refuse(Runtime runtime, int status) {
        throw new ExitRefusedException(status);
    }
}
