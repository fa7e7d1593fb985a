package dev.understudy.node.script;

import dev.understudy.safe.Service;
import java.io.IOException;
import java.util.Optional;

/// The operating system of this node, as far as a module's services and scripts see it.
///
/// @param systemctl the manager of Linux
/// @param windows empty on Linux
record Host(Systemctl systemctl, Optional<Windows> windows) {
    /// What Windows has and Linux has not.
    record Windows(WindowsPrograms programs, WindowsRegistry registry, WindowsTasks tasks) {
        static Windows of(WindowsPrograms programs) {
            return new Windows(programs, new WindowsRegistry(programs), new WindowsTasks(programs));
        }
    }

    /// Names the platform as scripts see it.
    String platform() {
        return windows.isPresent() ? "windows" : "linux";
    }

    /// Gives what the system manages by name; empty for programs, which this daemon runs itself.
    ///
    /// @throws IOException if it belongs to the other operating system
    Optional<Managed> managed(Service.Kind kind) throws IOException {
        return switch (kind) {
            case Service.Command _ -> Optional.empty();
            case Service.Systemd(String unit) -> {
                if (windows.isPresent()) {
                    throw new IOException(unit + " is a unit of systemd; this node runs Windows");
                }
                yield Optional.of(new Unit(unit, systemctl));
            }
            case Service.WindowsService(String name) ->
                    Optional.of(new WindowsService(name, programs(name)));
            case Service.IisPool(String name) -> Optional.of(new IisPool(name, programs(name)));
        };
    }

    private WindowsPrograms programs(String name) throws IOException {
        return windows.orElseThrow(() ->
                        new IOException(name + " is a service of Windows; this node runs Linux"))
                .programs();
    }
}
