package dev.windlass.lifecycle;

/** Something that was registered and can be withdrawn. Closing it twice does nothing. */
public interface Registration extends AutoCloseable {

    @Override
    void close();
}
