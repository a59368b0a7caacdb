//! Several files in one folder that appear together, after all of them have been written.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::atomic::{new_file, unwritable};
use crate::error::Error;

/// Files on their way into a folder: temporary until [`Unfinished::finish`], gone if it is never reached.
#[derive(Debug)]
pub struct Unfinished {
    folder: PathBuf,
    /// Closed, so that there may be more of them than a process may have open.
    files: Vec<(tempfile::TempPath, PathBuf)>,
}

impl Unfinished {
    /// Begins, creating the folder where there is none.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where the folder cannot be created.
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref().to_owned();
        fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
        Ok(Self { folder, files: Vec::new() })
    }

    /// Writes one file, under a temporary name.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where it cannot be written.
    pub fn write(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let path = self.folder.join(name);
        let written = || -> io::Result<tempfile::TempPath> {
            let mut file = new_file(&self.folder)?;
            let mut writer = BufWriter::new(file.as_file_mut());
            write(&mut writer)?;
            writer.flush()?;
            drop(writer);
            file.as_file().sync_all()?;
            Ok(file.into_temp_path())
        };
        let file = written().map_err(|error| unwritable(&path, &error))?;
        self.files.push((file, path));
        Ok(())
    }

    /// Gives every file its name, replacing what was there.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where a file cannot be renamed.
    pub fn finish(self) -> Result<(), Error> {
        for (file, path) in self.files {
            file.persist(&path).map_err(|error| unwritable(&path, &error.error))?;
        }
        Ok(())
    }
}
