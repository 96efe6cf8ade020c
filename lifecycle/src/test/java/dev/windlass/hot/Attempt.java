package dev.windlass.hot;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls something, and returns what that throws. */
public final class Attempt implements Function<Runnable, Throwable> {

    @Override
    public @Nullable Throwable apply(Runnable call) {
        try {
            call.run();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }
}
