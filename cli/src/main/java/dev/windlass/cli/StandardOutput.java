package dev.windlass.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** The standard output, which knows why it could not be written: a print stream only knows that something went wrong. */
final class StandardOutput extends OutputStream {
    private static final int BUFFER = 8192;

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private volatile @Nullable IOException failure;

    private StandardOutput() {
    }

    /** From now on all that goes to the standard output goes through here. */
    static StandardOutput install() {
        StandardOutput output = new StandardOutput();
        System.setOut(new PrintStream(new BufferedOutputStream(output, BUFFER), true, System.out.charset()));
        return output;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[]{(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        try {
            out.write(octets, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /**
     * The exit code of a command that ends with this one: what could not be shown has not succeeded.
     *
     * @param err is told why, unless whoever read the output has gone, who knows
     */
    int end(int code, PrintStream err) {
        System.out.flush();
        IOException why = failure;
        if (why == null) {
            return code;
        }
        String message = String.valueOf(why.getMessage());
        if (!message.contains("Broken pipe")) {
            err.println("windlass: the output cannot be written: " + message);
        }
        return code == 0 ? 1 : code;
    }
}
