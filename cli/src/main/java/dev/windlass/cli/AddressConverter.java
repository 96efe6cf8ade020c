package dev.windlass.cli;

import dev.windlass.server.BindAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads where an endpoint is to listen. */
final class AddressConverter implements ITypeConverter<BindAddress> {
    @Override
    public BindAddress convert(String text) {
        try {
            return BindAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
