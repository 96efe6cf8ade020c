package dev.windlass.kubernetes;

import org.jspecify.annotations.Nullable;

/** A kubeconfig cannot be used. The message names the file, what is wrong with it and the remedy. */
public class KubeconfigException extends IllegalArgumentException {

    KubeconfigException(String message) {
        super(message);
    }

    KubeconfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
